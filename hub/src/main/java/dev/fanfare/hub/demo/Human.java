package dev.fanfare.hub.demo;

import java.util.Locale;

/// Quantities as people read them.
final class Human {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Human() {}

    static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    static String bytes(double bytes) {
        int unit = 0;
        double count = bytes;
        while (count >= 999.5 && unit < UNITS.length - 1) {
            count /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || count >= 99.95 ? "%.0f %s" : "%.1f %s", count, UNITS[unit]);
    }

    static String count(int count, String thing) {
        return String.format(Locale.ROOT, count == 1 ? "%,d %s" : "%,d %ss", count, thing);
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
