"""A person's rows, as coturn itself would make them."""

from rtcstack.plan.people import Credentials
from rtcstack.services.coturn.account import account, admin_hash, long_term_key
from rtcstack.services.coturn.schema import database


def test_the_key_is_the_one_of_the_standard() -> None:
    # `turnadmin -k -u roland -r falcot.com -p 's3cret pass'` of coturn 4.18 printed this.
    assert long_term_key("roland", "falcot.com", "s3cret pass") == "286d2eb286dd04be13f1d731688b63e8"


def test_the_hash_is_what_turnadmin_makes() -> None:
    # `turnadmin -P -p 's3cret pass'` of coturn 4.18 printed this.
    made = "$5$bd697a54ce32fdab$d91132d1c5069a4ffbf8cfd4406d88ee1542e8b147018d386ad2267521f9994b"
    assert admin_hash("s3cret pass", bytes.fromhex("bd697a54ce32fdab")) == made


def test_salts_differ_between_people_and_between_passwords() -> None:
    def hashed(name: str, created: int) -> str:
        return account(Credentials(name=name, realm="falcot.com", password="same", created=created)).insert[1]

    assert len({hashed("roland", 1), hashed("laura", 1), hashed("roland", 2)}) == 3


def test_only_an_administrator_gets_the_administrators_row() -> None:
    plain = account(Credentials(name="laura", realm="falcot.com", password="x"))
    admin = account(Credentials(name="laura", realm="falcot.com", password="x", admin=True))
    assert not any("admin_user" in statement for statement in plain.insert)
    assert admin.insert[:2] == plain.insert
    assert "INTO coturn.admin_user" in admin.insert[2]
    assert plain.delete == admin.delete


def test_the_password_is_in_no_statement() -> None:
    step = account(Credentials(name="laura", realm="falcot.com", password="correcthorse", admin=True))
    text = "".join((*step.insert, *step.delete, step.names))
    assert "correcthorse" not in text
    assert b"correcthorse".hex() not in text


def test_a_name_cannot_break_out_of_its_literal() -> None:
    step = account(Credentials(name="x'; DROP TABLE y; --", realm="falcot.com", password="x", admin=True))
    assert not any("DROP" in statement for statement in (*step.insert, *step.delete, step.names))


def test_upkeep_follows_the_administrators() -> None:
    roland = "_utf8mb4 X'726f6c616e64'"
    assert database(()).upkeep == ("DELETE FROM coturn.admin_user",)
    remove, fill = database(("roland",)).upkeep
    assert remove == f"DELETE FROM coturn.admin_user WHERE name NOT IN ({roland})"  # noqa: S608 - compared, not run
    assert fill.startswith("REPLACE INTO coturn.admin_user ")
    assert fill.endswith(f" FROM coturn.admin_hash WHERE name IN ({roland})")


def test_coturn_may_only_read() -> None:
    assert database(("roland",)).privileges == ("SELECT",)
