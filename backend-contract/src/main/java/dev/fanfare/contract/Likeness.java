package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Closed;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells whether two backends, asked the same, have answered the same: in all but times, and in the epochs, which are
/// random. But what is one life here must be one life there.
///
/// Threads: confined to one.
final class Likeness {
    private final Map<Long, Long> lives = new HashMap<>();
    private final Map<Long, Long> back = new HashMap<>();

    Likeness() {
        requireOneLife(0, 0);
    }

    /// An answer to what was asked again: that it is there already tells that it was accepted the first time.
    static AppendResult ofOneAskedAgain(AppendResult answer) {
        return answer instanceof Duplicate known
                ? new Accepted(known.position(), known.durability(), known.at())
                : answer;
    }

    void require(AppendResult there, AppendResult here) {
        if (there instanceof Accepted left && here instanceof Accepted right) {
            require(left.position(), right.position());
        } else if (there instanceof Duplicate left && here instanceof Duplicate right) {
            require(left.position(), right.position());
        } else if (there instanceof Accepted left && here instanceof Duplicate right) {
            require(left.position(), right.position()); // one that was asked again
        } else if (there instanceof Closed left && here instanceof Closed right) {
            require(left.head(), right.head());
        } else if (there instanceof Conflict left && here instanceof Conflict right) {
            require(left.head(), right.head());
        } else {
            assertThat(there).isEqualTo(here);
        }
    }

    void require(TopicView there, TopicView here) {
        require(there.head(), here.head());
        require(there.snapshot(), here.snapshot());
        assertThat(there.more()).as("more than %s", there).isEqualTo(here.more());
        assertThat(there.events()).as("like %s", here.events()).hasSameSizeAs(here.events());
        for (int i = 0; i < here.events().size(); i++) {
            require(there.events().get(i), here.events().get(i));
        }
    }

    void require(List<TopicPage.Entry> there, List<TopicPage.Entry> here) {
        assertThat(there).as("like %s", here).hasSameSizeAs(here);
        for (int i = 0; i < here.size(); i++) {
            assertThat(there.get(i).name()).isEqualTo(here.get(i).name());
            require(there.get(i).head(), here.get(i).head());
        }
    }

    private void require(Position there, Position here) {
        assertThat(List.of(there.offset(), there.tag())).isEqualTo(List.of(here.offset(), here.tag()));
        requireOneLife(there.epoch(), here.epoch());
    }

    private void require(@Nullable Head there, @Nullable Head here) {
        assertThat(timeless(there)).isEqualTo(timeless(here));
        if (there != null && here != null) {
            requireOneLife(there.epoch(), here.epoch());
        }
    }

    private void require(@Nullable StoredEvent there, @Nullable StoredEvent here) {
        assertThat(timeless(there)).isEqualTo(timeless(here));
        if (there != null && here != null) {
            requireOneLife(there.epoch(), here.epoch());
        }
    }

    private static @Nullable List<?> timeless(@Nullable Head head) {
        return head == null
                ? null
                : Arrays.asList(
                        head.offset(), head.uid(), head.state(), head.reason(), head.oldest(), head.snapshotOffset());
    }

    private static @Nullable List<?> timeless(@Nullable StoredEvent event) {
        return event == null
                ? null
                : Arrays.asList(
                        event.offset(),
                        event.prevOffset(),
                        event.uid(),
                        event.prevUid(),
                        event.name(),
                        event.conflatable(),
                        event.message());
    }

    private void requireOneLife(long there, long here) {
        assertThat(lives.computeIfAbsent(there, epoch -> here))
                .as("life %d", there)
                .isEqualTo(here);
        assertThat(back.computeIfAbsent(here, epoch -> there))
                .as("life %d", here)
                .isEqualTo(there);
    }
}
