package dev.fanfare.hub.config;

import java.util.Collection;
import java.util.Comparator;

/// Finds the word that was probably meant.
public final class DidYouMean {
    private DidYouMean() {}

    /// Returns `, did you mean …?` when a candidate is close to the word, else nothing.
    public static String hint(String word, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .filter(candidate -> distance(word, candidate) <= Math.max(2, word.length() / 3))
                .map(candidate -> ", did you mean " + candidate + "?")
                .orElse("");
    }

    /// The least number of characters to insert, delete or replace; two neighbours that were swapped count as two.
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
