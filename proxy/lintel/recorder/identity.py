"""What a client is called: its service's tag in a comment, else its application_name, else user@address."""

from collections.abc import Mapping

from lintel.sql.comments import SERVICE_TAGS

MAX_NAME = 100


def client_name(application_name: str, user: str, address: str | None) -> str:
    """The name of a session's client, for as long as its application_name stays."""
    return shown(application_name) if application_name.strip() else shown(f"{user}@{address or 'local'}")


def tagged_name(tags: Mapping[str, str]) -> str | None:
    """The name that a statement's own comment gives, which goes before the session's."""
    for tag in SERVICE_TAGS:
        if tags.get(tag, "").strip():
            return shown(tags[tag])
    return None


def shown(name: str) -> str:
    """A name that can stand in a line of a terminal or a log: escaped and cut."""
    cut = name.strip()[:MAX_NAME]
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in cut)
