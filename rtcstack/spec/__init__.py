"""What the administrator asked for: `rtcstack.toml` as frozen pydantic models.

Unknown keys are refused and every problem is reported at once with its dotted path. The options of each service are
models that its folder brings along; `load` is given them, so that this layer knows no service by name.
"""
