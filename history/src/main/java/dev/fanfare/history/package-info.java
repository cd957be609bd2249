/// What publishers and readers saw, and the judgement of it.
@NullMarked
package dev.fanfare.history;

import org.jspecify.annotations.NullMarked;
