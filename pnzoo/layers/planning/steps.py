"""How many steps a recurrence makes: a number that may change at any time, since no weight depends on it."""

from pnzoo.layers.planning.value_iteration import is_count


class HasSteps:
    """Mixin of layers whose attribute `k` is their number of steps."""

    @property
    def k(self):
        """Number of steps."""
        return self._k

    @k.setter
    def k(self, k):
        if not is_count(k):
            raise ValueError(f"k is the number of steps, a whole number >= 1; got {k!r}. Try k=20.")
        self._k = int(k)
