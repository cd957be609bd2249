package dev.fanfare.hub.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MarkerTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16, 17, 1000})
    void findsEveryMarkerHoweverTheBytesAreCut(int piece) {
        List<Long> sent = List.of(0L, 1L, -1L, 1234567890123L, Long.MIN_VALUE);
        StringBuilder stream = new StringBuilder();
        sent.forEach(time ->
                stream.append("data: {\"message\":\"").append(Marker.of(time)).append("...\"}\n\n"));

        assertThat(found(stream.toString(), piece)).isEqualTo(sent);
    }

    private static List<Long> found(String stream, int piece) {
        Marker marker = new Marker();
        List<Long> found = new ArrayList<>();
        byte[] bytes = stream.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes.length; i += piece) {
            marker.find(ByteBuffer.wrap(bytes, i, Math.min(piece, bytes.length - i)), found::add);
        }
        return found;
    }
}
