"""What the zone's table says beside the records: what somebody else's web site must serve."""

from rtcstack.services.prosody.layout import Layout


def remarks(layout: Layout, *, apex: bool) -> tuple[str, ...]:
    """Given the layout and whether the bare domain is ours, return the remarks in plain words (XEP-0156)."""
    if apex:
        return ()
    web = layout.web(layout.host)
    remark = (
        f"Web clients that know only {layout.domain} ask its web site for https://{layout.domain}/.well-known/host-meta and"
        f" host-meta.json. Let that site redirect both to {web}.well-known/host-meta and {web}.well-known/host-meta.json"
        " (with the header Access-Control-Allow-Origin: *), or serve copies of what they say. Other clients do not need this."
    )
    return (remark,)
