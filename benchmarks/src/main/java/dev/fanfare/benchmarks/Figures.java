package dev.fanfare.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/// What one measurement has found: figures by name, in the order in which they are printed. Times are milliseconds.
record Figures(Map<String, Double> values) {
    static final String RATE = "events/s";
    static final String P50 = "p50 ms";

    static Figures ofPublishing(Histogram acknowledged, double seconds) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(RATE, acknowledged.getTotalCount() / seconds);
        addTimes(values, acknowledged);
        return new Figures(values);
    }

    static Figures ofTimes(Histogram nanos) {
        Map<String, Double> values = new LinkedHashMap<>();
        addTimes(values, nanos);
        return new Figures(values);
    }

    private static void addTimes(Map<String, Double> values, Histogram nanos) {
        values.put(P50, nanos.getValueAtPercentile(50) / 1e6);
        values.put("p99 ms", nanos.getValueAtPercentile(99) / 1e6);
        values.put("max ms", nanos.getMaxValue() / 1e6);
    }

    /// Returns the median of each figure.
    static Figures medians(List<Figures> rounds) {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String name : rounds.get(0).values.keySet()) {
            double[] sorted = rounds.stream()
                    .mapToDouble(round -> round.values.getOrDefault(name, Double.NaN))
                    .sorted()
                    .toArray();
            medians.put(name, sorted[sorted.length / 2]);
        }
        return new Figures(medians);
    }

    /// Returns how many times the one's figure is the other's, as the median of the rounds.
    static double medianRatio(String figure, List<Figures> ones, List<Figures> others) {
        double[] sorted = IntStream.range(0, ones.size())
                .mapToDouble(i -> ones.get(i).value(figure) / others.get(i).value(figure))
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private double value(String figure) {
        return Objects.requireNonNull(values.get(figure), figure);
    }

    /// Returns one line, aligned with those of other measurements.
    String line(String what) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-46s", what));
        if (!values.containsKey(RATE)) {
            line.append(" ".repeat(20));
        }
        values.forEach((name, value) -> line.append(
                name.equals(RATE)
                        ? String.format(Locale.ROOT, "%,11.0f events/s", value)
                        : String.format(Locale.ROOT, "  %s %9.3f ms", name.replace(" ms", ""), value)));
        return line.toString();
    }
}
