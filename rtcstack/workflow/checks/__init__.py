"""What `rtcstack check` looks at, one module each. They observe; `verdict` judges: which failure is only a consequence."""
