"""What a SCRAM server must not take: client messages, for the sans-IO tests and for a real server as their oracle.

`{nonce}` stands for the whole nonce, `{proof}` for 32 bytes that prove nothing.
"""

from base64 import b64encode

PROOF = b64encode(bytes(32)).decode()

# The mechanism, and SASLInitialResponse's data.
FIRST: dict[str, tuple[bytes, bytes]] = {
    "empty": (b"SCRAM-SHA-256", b""),
    "nul": (b"SCRAM-SHA-256", b"n,,n=,r=abc\0d"),
    "no mechanism": (b"SCRAM-SHA-1", b"n,,n=,r=abc"),
    "plus where it was not offered": (b"SCRAM-SHA-256-PLUS", b"p=tls-server-end-point,,n=,r=abc"),
    "flag p without plus": (b"SCRAM-SHA-256", b"p=tls-server-end-point,,n=,r=abc"),
    "unknown flag": (b"SCRAM-SHA-256", b"x,,n=,r=abc"),
    "unprintable flag": (b"SCRAM-SHA-256", b"\xff,,n=,r=abc"),
    "flag without a comma": (b"SCRAM-SHA-256", b"nn,n=,r=abc"),
    "flag alone": (b"SCRAM-SHA-256", b"n"),
    "authzid": (b"SCRAM-SHA-256", b"n,a=somebody,n=,r=abc"),
    "something for an authzid": (b"SCRAM-SHA-256", b"n,b=somebody,n=,r=abc"),
    "mandatory extension": (b"SCRAM-SHA-256", b"n,,m=x,n=,r=abc"),
    "no user": (b"SCRAM-SHA-256", b"n,,r=abc"),
    "user without equals": (b"SCRAM-SHA-256", b"n,,n,r=abc"),
    "no nonce": (b"SCRAM-SHA-256", b"n,,n="),
    "unprintable nonce": (b"SCRAM-SHA-256", b"n,,n=,r=a b"),
    "bad extension": (b"SCRAM-SHA-256", b"n,,n=,r=abc,1=2"),
    "extension without equals": (b"SCRAM-SHA-256", b"n,,n=,r=abc,x"),
}

# Of the second message, behind a first one that is right.
FINAL: dict[str, str] = {
    "empty": "",
    "nul": "c=biws,r={nonce}\0,p={proof}",
    "other flag": "c=eSws,r={nonce},p={proof}",
    "binding that was not chosen": "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCws,r={nonce},p={proof}",
    "no binding": "r={nonce},p={proof}",
    "no nonce": "c=biws,p={proof}",
    "no proof": "c=biws,r={nonce}",
    "extension, no proof": "c=biws,r={nonce},x=y",
    "bad attribute": "c=biws,r={nonce},?={proof}",
    "proof too short": "c=biws,r={nonce},p=AAAA",
    "proof that is no base64": "c=biws,r={nonce},p=!!!!",
    "something behind the proof": "c=biws,r={nonce},p={proof},x=y",
    "other nonce": "c=biws,r={nonce}x,p={proof}",
    "wrong proof": "c=biws,r={nonce},p={proof}",
    "wrong proof behind an extension": "c=biws,r={nonce},x=y,p={proof}",
}
