/// Topics in a SQLite file: durable, and shared by all processes of one machine that open it.
@NullMarked
package dev.fanfare.sqlite;

import org.jspecify.annotations.NullMarked;
