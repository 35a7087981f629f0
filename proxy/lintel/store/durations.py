"""Durations as small numbers: buckets whose bounds grow by the square root of two, a microsecond and up.

Bucket b holds from 2 ** ((b - 1) / 2) to 2 ** (b / 2) microseconds; 0 is less than one. So a quantile read off the
buckets is right to a fifth, whatever its size, and counts of several writers add up.
"""

from collections.abc import Mapping


def bucket_of(seconds: float) -> int:
    """The bucket of a duration."""
    microseconds = int(seconds * 1e6)
    return (microseconds * microseconds).bit_length()


def middle_of(bucket: int) -> float:
    """Seconds in the (geometric) middle of a bucket."""
    return float(2.0 ** ((bucket - 0.5) / 2) / 1e6)


def quantile(counts: Mapping[int, int], part: float) -> float | None:
    """Seconds below which that part (0 to 1) of what the buckets count has stayed; None where nothing is counted."""
    left = part * sum(counts.values())
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0 and counts[bucket]:
            return middle_of(bucket)
    return None
