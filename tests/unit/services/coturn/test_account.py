"""A person's rows, as coturn itself would make them."""

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.sql import text
from rtcstack.services.coturn.account import account, admin_hash, long_term_key
from rtcstack.services.coturn.schema import database


def test_the_key_is_the_one_of_the_standard() -> None:
    # `turnadmin -k -u roland -r falcot.com -p 's3cret pass'` of coturn 4.18 printed this.
    assert long_term_key("roland", "falcot.com", "s3cret pass") == "286d2eb286dd04be13f1d731688b63e8"


def test_the_hash_is_what_turnadmin_makes() -> None:
    # `turnadmin -P -p 's3cret pass'` of coturn 4.18 printed this.
    made = "$5$bd697a54ce32fdab$d91132d1c5069a4ffbf8cfd4406d88ee1542e8b147018d386ad2267521f9994b"
    assert admin_hash("s3cret pass", bytes.fromhex("bd697a54ce32fdab")) == made


def step_of(person: Credentials) -> AccountStep:
    return account("coturn", person)


def everything(step: AccountStep) -> str:
    return "\n".join(
        (*step.insert, *step.suspend, *step.resume, *step.delete, *step.aliases, *step.inherit, step.states, step.hashes)
    )


def test_every_hash_has_a_salt_of_its_own() -> None:
    person = Credentials(name="roland", realm="falcot.com", password="same", created=1)

    assert len({step_of(person).insert[2] for _ in range(3)}) == 3


def test_only_an_administrator_gets_the_administrators_row() -> None:
    plain = step_of(Credentials(name="laura", realm="falcot.com", password="x"))
    admin = step_of(Credentials(name="laura", realm="falcot.com", password="x", admin=True))
    assert not any("admin_user" in statement for statement in plain.insert)
    assert admin.insert[:2] == plain.insert[:2]
    assert "INTO coturn.admin_user" in admin.insert[3]
    assert plain.delete == admin.delete


def test_who_is_suspended_does_not_administer_and_who_is_resumed_does_as_the_file_says() -> None:
    plain = step_of(Credentials(name="laura", realm="falcot.com"))
    admin = step_of(Credentials(name="laura", realm="falcot.com", admin=True))
    assert plain.suspend == admin.suspend
    assert plain.suspend[-1] == plain.resume[-1] == plain.delete[-1]
    assert plain.delete[-1].startswith("DELETE FROM coturn.admin_user ")
    assert admin.resume[-1].startswith("REPLACE INTO coturn.admin_user ")


def test_who_proves_nothing_is_not_made() -> None:
    step = step_of(Credentials(name="laura", realm="falcot.com"))
    assert step.insert == ()
    assert step.delete


def test_the_password_is_in_no_statement() -> None:
    told = everything(step_of(Credentials(name="laura", realm="falcot.com", password="correcthorse", admin=True)))
    assert "correcthorse" not in told
    assert b"correcthorse".hex() not in told


def test_a_name_cannot_break_out_of_its_literal() -> None:
    assert "DROP" not in everything(step_of(Credentials(name="x'; DROP TABLE y; --", realm="falcot.com", password="x", admin=True)))


GOOD = {"hmackey": "0" * 32, "admin": f"$5${'1' * 16}${'2' * 64}"}


def test_hashes_are_taken_as_they_were_exported() -> None:
    step = step_of(Credentials(name="laura", realm="falcot.com", hashes={"coturn": GOOD}, admin=True))
    assert text(GOOD["hmackey"]) in step.insert[1]
    assert text(GOOD["admin"]) in step.insert[2]
    assert text(GOOD["admin"]) in step.insert[3]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"hmackey": "0" * 32},
        {**GOOD, "hmackey": "0" * 31},
        {**GOOD, "hmackey": "A" * 32},
        {**GOOD, "hmackey": "0" * 32 + "\n"},
        {**GOOD, "admin": "correcthorse"},
        {**GOOD, "more": "x"},
    ],
)
def test_other_hashes_are_a_wrong_request(wrong: dict[str, str]) -> None:
    with pytest.raises(RequestError, match="not the hashes of a TURN account") as refused:
        step_of(Credentials(name="laura", realm="falcot.com", hashes={"coturn": wrong, "other": GOOD}))
    assert "correcthorse" not in str(refused.value)


def test_upkeep_follows_the_administrators() -> None:
    roland = "_utf8mb4 X'726f6c616e64'"
    assert database(()).upkeep == ("DELETE FROM coturn.admin_user",)
    remove, fill = database(("roland",)).upkeep
    assert remove == f"DELETE FROM coturn.admin_user WHERE name NOT IN ({roland})"  # noqa: S608 - compared, not run
    assert fill.startswith("REPLACE INTO coturn.admin_user ")
    assert fill.endswith(f" WHERE h.name IN ({roland})")
    # Who is suspended has no row there.
    assert " JOIN coturn.turnusers_lt k " in fill


def test_coturn_may_only_read() -> None:
    assert database(("roland",)).privileges == ("SELECT",)
