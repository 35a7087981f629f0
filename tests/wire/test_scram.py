"""SCRAM against the RFC's vectors, against somebody else's, against itself, and given what nobody should send."""

from base64 import b64decode, b64encode
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scramp import ScramClient
from tests.wire.scram_cases import FINAL, FIRST, PROOF

from lintel.wire import messages, scram
from lintel.wire.admission import Md5Admission, ScramAdmission
from lintel.wire.errors import ProtocolError
from lintel.wire.logging_in import LoggingIn
from lintel.wire.saslprep import prepared
from lintel.wire.scram import Keys, Secret
from lintel.wire.scram_client import Exchange as Client
from lintel.wire.scram_server import Exchange as Server
from lintel.wire.secret import MD5, Password, Recovered, read

pytestmark = pytest.mark.check(13, 14)

# RFC 7677, section 3: user "user", password "pencil".
CLIENT_NONCE = b"rOprNGfwEbeRWgbNEkqO"
SERVER_NONCE = b"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SALT = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
SERVER_FIRST = b"r=" + CLIENT_NONCE + SERVER_NONCE + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
CLIENT_FINAL = b"c=biws,r=" + CLIENT_NONCE + SERVER_NONCE + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

FEW = 2  # iterations: what is tested here does not depend on how many
SECRET = Secret.of(b"pencil", SALT, FEW)
KEYS = Keys.of(b"pencil", SALT, FEW)


def test_the_rfcs_exchange() -> None:
    server = Server(Secret.of(b"pencil", SALT), SERVER_NONCE, None, offered=False)
    assert server.first(b"n,,n=user,r=" + CLIENT_NONCE) == SERVER_FIRST
    assert server.final(CLIENT_FINAL) == (SERVER_FINAL, Keys.of(b"pencil", SALT, 4096).client)


def test_somebody_elses_client() -> None:
    client = ScramClient(["SCRAM-SHA-256"], "somebody", "pencil")
    server = Server(Secret.of(b"pencil", SALT), b"server", None, offered=False)
    client.set_server_first(server.first(client.get_client_first().encode()).decode())
    found = server.final(client.get_client_final().encode())
    assert found is not None
    client.set_server_final(found[0].decode())
    assert found[1] == Keys.of(b"pencil", SALT, 4096).client


def exchange(client: Client, server: Server) -> bytes | None:
    """The client's key as the server has found it."""
    found = server.final(client.final(server.first(client.first())))
    if found is None:
        return None
    client.verify(found[0])
    return found[1]


BINDINGS = st.one_of(st.none(), st.binary(min_size=20, max_size=64))


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=40), st.integers(1, 9), BINDINGS)
@settings(max_examples=200)
def test_both_sides_agree(password: bytes, salt: bytes, iterations: int, binding: bytes | None) -> None:
    secret = Secret.of(password, salt, iterations)
    keys = Keys.of(password, salt, iterations)
    header = b"n,," if binding is None else b"p=tls-server-end-point,,"
    client = Client(lambda _salt, _iterations: keys, b"client", header, binding or b"")
    assert exchange(client, Server(secret, b"server", binding, offered=binding is not None)) == keys.client
    recovered = Recovered(secret, keys.client)
    again = Client(recovered.keys, b"other", b"n,,")
    assert exchange(again, Server(secret, b"server", None, offered=False)) == keys.client
    assert Secret.parse(str(secret)) == secret


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_another_password_proves_nothing(password: str, other: str) -> None:
    one, another = prepared(password.encode("utf-8", "surrogatepass")), prepared(other.encode("utf-8", "surrogatepass"))
    client = Client(lambda salt, iterations: Keys.of(another, salt, iterations), b"client", b"n,,")
    found = exchange(client, Server(Secret.of(one, SALT, FEW), b"server", None, offered=False))
    assert (found is not None) == (one == another)


def test_a_server_that_does_not_know_the_secret_is_found_out() -> None:
    forged = Secret(FEW, SALT, SECRET.stored_key, bytes(32))
    with pytest.raises(ProtocolError, match="not proved"):
        exchange(Client(lambda *_: KEYS, b"client", b"n,,"), Server(forged, b"server", None, offered=False))
    with pytest.raises(ProtocolError, match="not proved"):
        Client(lambda *_: KEYS, b"client", b"n,,").verify(b"v=")


@pytest.mark.parametrize(
    "answer",
    [b"", b"r=client", b"r=client,s=,i=1", b"r=clientx,s=AA==,i=0", b"r=other,s=AA==,i=1", b"r=client,s=AA==,i=1",
     b"r=clientx,s=AA==,i=99999999999", b"r=clientx,s=A,i=1"],
)  # fmt: skip
def test_a_server_that_cannot_be_read(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        Client(lambda *_: KEYS, b"client", b"n,,").final(answer)


def test_another_secret_on_the_server_is_said_to_be_one() -> None:
    for salt, iterations in ((b"other", FEW), (SALT, FEW + 1)):
        with pytest.raises(ProtocolError, match="not the one that Lintel holds"):
            Recovered(SECRET, KEYS.client).keys(salt, iterations)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("IX", "IX"),
        ("I\u00adX", "IX"),
        ("user\u00a0x", "user x"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("\u0007", "\u0007"),  # forbidden, but ASCII is never looked at
        ("\u0627\u0031", "\u0627\u0031"),  # forbidden by direction
        ("\u0627\u0628", "\u0627\u0628"),
        ("\u00ad", "\u00ad"),  # nothing would be left
        ("\u0221\u2168", "\u0221\u2168"),  # unassigned in Unicode 3.2
    ],
)
def test_saslprep(password: str, expected: str) -> None:
    assert prepared(password.encode()) == expected.encode()
    assert prepared(b"\xff" + password.encode()) == b"\xff" + password.encode()


@pytest.mark.parametrize(
    "text",
    ["SCRAM-SHA-256$", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA", str(SECRET)[:-1], str(SECRET).replace("$2:", "$0:"),
     str(SECRET) + "=", str(SECRET).replace(":", "")],
)  # fmt: skip
def test_a_broken_secret_is_no_password(text: str) -> None:
    with pytest.raises(ValueError, match="SCRAM-SHA-256"):
        read(text)


def test_what_is_held() -> None:
    assert read(str(SECRET)) == SECRET
    assert read("md5" + "a" * 32) == MD5("md5" + "a" * 32)
    assert read("md5 is old") == Password(b"md5 is old")
    assert "pencil" not in repr(Password(b"pencil"))
    assert "a" * 32 not in repr(MD5("md5" + "a" * 32))
    assert repr(SECRET) == "Secret(iterations=2)"


@pytest.mark.parametrize("case", FIRST)
@pytest.mark.parametrize("binding", [None, b"hash"])
def test_a_malformed_first_message(case: str, binding: bytes | None) -> None:
    mechanism, data = FIRST[case]
    if (case, binding) == ("plus where it was not offered", b"hash"):
        pytest.skip("it was")
    with pytest.raises(ProtocolError):
        ScramAdmission("u", SECRET, b"nonce", binding).receive(messages.sasl_initial_response(mechanism, data))


def begun() -> tuple[ScramAdmission, str]:
    """Behind a right first message, with the whole nonce."""
    admission = ScramAdmission("u", SECRET, b"nonce", None)
    answer = admission.receive(messages.sasl_initial_response(b"SCRAM-SHA-256", b"n,,n=,r=abc"))
    return admission, answer[9:].split(b",")[0][2:].decode()


@pytest.mark.parametrize("case", FINAL)
def test_a_malformed_final_message(case: str) -> None:
    admission, nonce = begun()
    final = FINAL[case].format(nonce=nonce, proof=PROOF).encode()
    with pytest.raises(ProtocolError):
        admission.receive(messages.frame(messages.PASSWORD, final))
    assert admission.proved is None


@pytest.mark.parametrize(
    ("said", "sqlstate"),
    [
        (b"Q\0\0\0\x05\0", "08P01"),
        (b"p\0\0\0\x03", "08P01"),
        (b"p\x7f\xff\xff\xff", "08P01"),
        (b"p\xff\xff\xff\xff", "08P01"),
        (messages.frame(messages.PASSWORD, b"x" * 1021), "08P01"),
        (messages.frame(messages.PASSWORD, b"SCRAM-SHA-256"), "08P01"),
        (messages.frame(messages.PASSWORD, b"SCRAM-SHA-256\0\0\0"), "08P01"),
        (messages.frame(messages.PASSWORD, b"SCRAM-SHA-256\0\0\0\0\x05abc"), "08P01"),
        (messages.frame(messages.PASSWORD, b"SCRAM-SHA-256\0\0\0\0\x01abc"), "08P01"),
        (messages.frame(messages.PASSWORD, b"SCRAM-SHA-256\0\xff\xff\xff\xfeabc"), "08P01"),
    ],
)
def test_frames_that_are_none(said: bytes, sqlstate: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        ScramAdmission("u", SECRET, b"nonce", None).receive(said)
    assert caught.value.sqlstate == sqlstate


def test_downgrade_is_found_out() -> None:
    with pytest.raises(ProtocolError, match="negotiation error") as caught:
        Server(SECRET, b"nonce", None, offered=True).first(b"y,,n=,r=abc")
    assert caught.value.sqlstate == "28000"
    assert Server(SECRET, b"nonce", None, offered=True).first(b"n,,n=,r=abc")
    bound = Client(lambda *_: KEYS, b"client", b"p=tls-server-end-point,,", b"somebody else's")
    with pytest.raises(ProtocolError, match="binding check failed"):
        exchange(bound, Server(SECRET, b"nonce", b"ours", offered=True))


def whole(binding: bytes | None) -> bytes:
    """Everything that a client sends for one login, and a Query behind it."""
    header = b"n,," if binding is None else b"p=tls-server-end-point,,"
    client = Client(lambda *_: KEYS, b"client", header, binding or b"")
    server = Server(SECRET, b64encode(b"nonce"), binding, offered=binding is not None)
    first = client.first()
    final = client.final(server.first(first))
    mechanism = b"SCRAM-SHA-256" if binding is None else b"SCRAM-SHA-256-PLUS"
    frames = (messages.sasl_initial_response(mechanism, first), messages.frame(messages.PASSWORD, final))
    return b"".join(frames) + messages.query(b"SELECT 1")


@given(st.lists(st.integers(0, 300), max_size=8), BINDINGS)
def test_slices_do_not_matter(cuts: list[int], binding: bytes | None) -> None:
    data = whole(binding)
    admission = ScramAdmission("u", SECRET, b"nonce", binding)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    said = b"".join(admission.receive(piece) for piece in pieces if admission.proved is None)
    assert admission.proved == Recovered(SECRET, KEYS.client)
    assert said == ScramAdmission("u", SECRET, b"nonce", binding).receive(data)
    assert messages.query(b"SELECT 1").startswith(admission.rest)


@given(st.binary(max_size=80), st.integers(0, 250), st.sampled_from([None, b"hash"]))
@settings(max_examples=1000)
def test_garbage_in_the_middle_is_an_error_or_nothing(garbage: bytes, at: int, binding: bytes | None) -> None:
    data = whole(binding)
    admission = ScramAdmission("u", SECRET, b"nonce", binding)
    try:
        admission.receive(data[:at] + garbage + data[at + len(garbage) :])
    except ProtocolError:
        assert admission.proved is None


@given(
    st.binary(max_size=300), st.sampled_from([Password(b"x"), Recovered(SECRET, KEYS.client), MD5("md5" + "a" * 32)])
)
@settings(max_examples=500)
def test_garbage_of_a_server(garbage: bytes, proved: Password | Recovered | MD5) -> None:
    login = LoggingIn("u", proved, b"nonce", encrypted=False, binding=None)
    try:
        login.receive(b"R" + garbage)
    except ProtocolError:
        assert not login.refused


def test_no_initial_response() -> None:
    """Then the server asks for it with an empty challenge."""
    admission = ScramAdmission("u", SECRET, b"nonce", None)
    empty = messages.frame(messages.PASSWORD, b"SCRAM-SHA-256\0\xff\xff\xff\xff")
    assert admission.receive(empty) == messages.authentication(messages.SASL_CONTINUE)
    assert b"r=abc" in admission.receive(messages.frame(messages.PASSWORD, b"n,,n=,r=abc"))


def test_an_invented_user_looks_the_same_every_time() -> None:
    one = scram.imagined("nobody", b"key")
    assert one == scram.imagined("nobody", b"key")
    assert one.salt != scram.imagined("somebody", b"key").salt != scram.imagined("somebody", b"other").salt
    assert len(one.salt) == 16
    assert one.iterations == 4096


SALTED = b"\1\2\3\4"
DIGEST = Password(b"pencil").md5("u")


def test_md5() -> None:
    admission = Md5Admission("u", DIGEST, SALTED)
    assert admission.challenge == messages.authentication(messages.MD5_PASSWORD, SALTED)
    assert admission.receive(messages.frame(messages.PASSWORD, DIGEST.salted(SALTED) + b"\0")) == b""
    assert admission.proved == DIGEST


@pytest.mark.parametrize(("said", "sqlstate"), [(b"", "08P01"), (b"\0", "28P01"), (b"md5\0", "28P01"), (b"x", "08P01")])
def test_md5_refused(said: bytes, sqlstate: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        Md5Admission("u", DIGEST, SALTED).receive(messages.frame(messages.PASSWORD, said))
    assert caught.value.sqlstate == sqlstate


OK = messages.authentication(messages.AUTHENTICATION_OK)
PASSWORD = Password(b"pencil")
RECOVERED = Recovered(SECRET, KEYS.client)


@pytest.mark.parametrize(
    ("proved", "asked", "answer"),
    [
        (PASSWORD, messages.authentication(messages.CLEARTEXT_PASSWORD), b"pencil\0"),
        (PASSWORD, messages.authentication(messages.MD5_PASSWORD, SALTED), DIGEST.salted(SALTED) + b"\0"),
        (DIGEST, messages.authentication(messages.MD5_PASSWORD, SALTED), DIGEST.salted(SALTED) + b"\0"),
    ],
)
def test_passwords_for_the_server(proved: Password | MD5, asked: bytes, answer: bytes) -> None:
    login = LoggingIn("u", proved, b"nonce", encrypted=False, binding=None)
    assert login.receive(asked) == messages.frame(messages.PASSWORD, answer)
    assert login.receive(OK + b"rest") == b""
    assert (login.done, login.said) == (True, OK + b"rest")


@pytest.mark.parametrize(
    ("proved", "asked"),
    [
        (RECOVERED, messages.authentication(messages.CLEARTEXT_PASSWORD)),
        (RECOVERED, messages.authentication(messages.MD5_PASSWORD, SALTED)),
        (RECOVERED, messages.authentication(7)),
        (RECOVERED, messages.authentication(messages.SASL, b"SCRAM-SHA-1\0\0")),
        (RECOVERED, messages.authentication(messages.SASL_FINAL, b"v=")),
        (RECOVERED, messages.authentication(messages.SASL, b"SCRAM-SHA-256\0\0") + OK),
        (DIGEST, messages.authentication(messages.SASL, b"SCRAM-SHA-256\0\0")),
        (DIGEST, messages.authentication(messages.CLEARTEXT_PASSWORD)),
        (PASSWORD, messages.frame(messages.READY_FOR_QUERY, b"I")),
    ],
)
def test_what_has_no_answer(proved: Password | Recovered | MD5, asked: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        LoggingIn("u", proved, b"nonce", encrypted=False, binding=None).receive(asked)
    assert caught.value.side == "server"


@pytest.mark.parametrize(
    ("encrypted", "binding", "offered", "begins"),
    [
        (False, None, b"SCRAM-SHA-256\0\0", b"SCRAM-SHA-256\0\0\0\0\x17n,,"),
        (True, b"hash", b"SCRAM-SHA-256\0\0", b"SCRAM-SHA-256\0\0\0\0\x17y,,"),
        (
            True,
            b"hash",
            b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0",
            b"SCRAM-SHA-256-PLUS\0\0\0\0\x2cp=tls-server-end-point,,",
        ),
        (True, None, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0", b"SCRAM-SHA-256\0\0\0\0\x17n,,"),
    ],
)
def test_channel_binding_towards_the_server(
    encrypted: bool, binding: bytes | None, offered: bytes, begins: bytes
) -> None:
    login = LoggingIn("u", RECOVERED, b"nonce", encrypted=encrypted, binding=binding)
    answer = login.receive(messages.authentication(messages.SASL, offered))
    assert answer[5:].startswith(begins[: begins.index(b"\0") + 1])
    assert begins[begins.index(b"\0") + 5 :] in answer


def test_what_the_server_says_before_it_asks_is_for_the_client() -> None:
    login = LoggingIn("u", PASSWORD, b"nonce", encrypted=False, binding=None)
    version = messages.frame(messages.NEGOTIATE_PROTOCOL_VERSION, b"\0\3\0\0\0\0\0\0")
    refusal = messages.fatal("53300", "sorry")
    login.receive(version + refusal)
    assert login.done
    assert (login.said, login.refused) == (version + refusal, refusal)
