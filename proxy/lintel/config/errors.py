"""The one error of configuration and plan files: it says where, which key, and what was expected there."""


class ConfigError(Exception):
    """A file, option or environment variable that cannot be used as it is; exit code 2.

    `file` is a path or, for an option, its name ("--plan"); `key` is dotted ("add.type"), "" for the whole file.
    """

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(": ".join(part for part in (file, key, expected) if part))
        self.file = file
        self.key = key
        self.expected = expected
