"""SQL literals that cannot break out: text travels as hexadecimal."""


def text(value: str) -> str:
    """Given text, return it as an SQL literal in utf8mb4 (MariaDB: character set introducer and hexadecimal literal)."""
    return f"_utf8mb4 X'{value.encode().hex()}'" if value else "''"


def number(value: int) -> str:
    """Given an integer, return it as an SQL literal."""
    return str(int(value))
