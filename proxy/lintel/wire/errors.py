"""The one error of this layer: somebody broke the protocol, and which side it was."""

from typing import Literal

Side = Literal["client", "server"]


class ProtocolError(Exception):
    """The stream can no longer be followed: its session ends, no other does."""

    def __init__(self, side: Side, sqlstate: str, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.side: Side = side
        self.sqlstate = sqlstate  # 08P01 broken, 54000 larger than we take, 0A000 a protocol we do not speak
        self.message = message
        self.detail = detail  # where the server would say more
