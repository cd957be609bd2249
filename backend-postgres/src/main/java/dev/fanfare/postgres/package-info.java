/// Topics in PostgreSQL.
@NullMarked
package dev.fanfare.postgres;

import org.jspecify.annotations.NullMarked;
