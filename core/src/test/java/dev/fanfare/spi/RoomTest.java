package dev.fanfare.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoomTest {
    private static final int MEBIBYTE = 1 << 20;

    private final Room room = Room.empty();

    @Test
    void thereIsRoomForSoManyAppendsAndSoManyBytes() {
        assertThat(room.take(9_999, 0)).isTrue();
        assertThat(room.take(2, 0)).isFalse();
        assertThat(room.take(1, 64 * MEBIBYTE)).isTrue();
        assertThat(room.take(0, 1)).isFalse();
    }

    @Test
    void whatIsRefusedTakesNone() {
        assertThat(room.take(1, 60 * MEBIBYTE)).isTrue();
        assertThat(room.take(1, 5 * MEBIBYTE)).isFalse();
        assertThat(room.take(1, 4 * MEBIBYTE)).isTrue();
    }

    @Test
    void whatFindsNothingBeforeItIsTakenWhateverItsSize() {
        assertThat(room.take(20_000, 100 * MEBIBYTE)).isTrue();
        assertThat(room.take(1, 1)).isFalse();

        room.give(20_000, 100 * MEBIBYTE);
        assertThat(room.isEmpty()).isTrue();
        assertThat(room.take(1, 1)).isTrue();
        assertThat(room.isEmpty()).isFalse();
    }
}
