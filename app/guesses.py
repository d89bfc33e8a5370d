"""Wrong sign-ins by the address that they come from, kept in memory: guessing many names is slow too."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from threading import Lock

ALLOWED = 50
WITHIN = timedelta(minutes=15)
"""So many wrong sign-ins from an address within this time, and it has to wait: a lab behind one address never
comes near it, and the links of researchers still open."""
_REMEMBERED = 10_000


class Guesses:
    """When wrong sign-ins came, by address; an IPv6 network of 64 bits counts as one."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def too_many(self, address: str, now: datetime) -> bool:
        """Whether an address has to wait."""
        with self._lock:
            times = self._times.get(_place(address), deque())
            while times and times[0] <= now - WITHIN:
                times.popleft()
            return len(times) >= ALLOWED

    def wrong(self, address: str, now: datetime) -> None:
        """Remember a wrong sign-in."""
        with self._lock:
            place = _place(address)
            self._times.setdefault(place, deque(maxlen=ALLOWED)).append(now)
            self._times.move_to_end(place)
            if len(self._times) > _REMEMBERED:
                self._times.popitem(last=False)


def _place(address: str) -> str:
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(int(number) >> 64) if isinstance(number, IPv6Address) else str(number)
