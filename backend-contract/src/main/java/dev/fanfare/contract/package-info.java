/// The test kit of Fanfare: the rules that every backend keeps, and what tests of readers and clocks need.
///
/// A backend is right when a subclass of [BackendContract] passes.
@NullMarked
package dev.fanfare.contract;

import org.jspecify.annotations.NullMarked;
