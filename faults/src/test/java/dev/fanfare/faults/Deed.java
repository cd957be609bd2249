package dev.fanfare.faults;

/// Something that the [Nemesis] does.
@FunctionalInterface
interface Deed {
    /// Breaks something, and mends it: all is whole again when this returns.
    ///
    /// @return what it was, for people
    String act(Chance chance);
}
