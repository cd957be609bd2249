package dev.fanfare.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that never change, so that they can be shared by stores, windows and connections without a copy.
public final class Bytes {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /// Takes the array over: the caller must not change it afterwards.
    public static Bytes owning(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    public static Bytes copyOf(byte[] array) {
        return owning(array.clone());
    }

    public static Bytes utf8(String text) {
        return owning(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return array.length;
    }

    public byte at(int index) {
        return array[index];
    }

    public byte[] toArray() {
        return array.clone();
    }

    /// Returns a read-only view with a position of its own.
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array).asReadOnlyBuffer();
    }

    /// Copies all bytes into `target`, from index `at` on.
    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, 0, target, at, array.length);
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(array);
    }

    /// Returns the text that these bytes are in UTF-8.
    public String utf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /// Tells the length only: payloads do not belong in logs.
    @Override
    public String toString() {
        return array.length + " bytes";
    }
}
