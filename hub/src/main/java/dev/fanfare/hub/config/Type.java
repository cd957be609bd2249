package dev.fanfare.hub.config;

import dev.fanfare.redis.RedisAddress;
import dev.fanfare.spi.Names;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A kind of value: how its text is read, and the rule that the text must keep.
///
/// @param name one word for tables, as `duration`
/// @param rule completes the sentence "it must be …"
/// @param reader fails with any [RuntimeException] when the text breaks the rule
/// @param shown turns the text, right or wrong, into what may be seen of it
public record Type<T>(String name, String rule, Function<String, T> reader, UnaryOperator<String> shown) {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Pattern DURATION_FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE_FORM = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)");
    private static final Pattern HOST_FORM = Pattern.compile("[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}");
    /// All that stands between the scheme of an address and its last `@`.
    private static final Pattern CREDENTIALS = Pattern.compile("^((?:[a-z]{1,10}[:+]){1,2}/*)?.*@");
    /// Where a driver's address tells the password.
    private static final Pattern PASSWORD = Pattern.compile("([?&;]password=)[^&]*", Pattern.CASE_INSENSITIVE);
    private static final String SQLITE = "sqlite:";
    private static final Pattern SQLITE_FORM = Pattern.compile(SQLITE + "([^?]+)(?:\\?synchronous=(normal|full))?");
    private static final String POSTGRES = "jdbc:postgresql:";
    private static final Map<String, Long> UNIT_MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Map<String, Integer> UNIT_SHIFT = Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30);

    static final Type<String> APP = new Type<>("name", "1 to 64 of A-Z a-z 0-9 . _ -", Names::requireApp);
    static final Type<String> HOST = new Type<>(
            "host", "a host's name or address", text -> matched(HOST_FORM, text).group());
    static final Type<Duration> DURATION = new Type<>(
            "duration", "a duration above 0 and up to 36500d, as 500ms, 15s, 10m, 24h or 7d", Type::duration);
    static final Type<URI> URL = new Type<>("url", "a hub's address, as http://127.0.0.1:7780", Type::url);
    static final Type<Store> STORE = new Type<>(
            "store",
            "memory, sqlite: and a file, as sqlite:events.db or sqlite:events.db?synchronous=full, or the address of a Redis"
                    + " or PostgreSQL,"
                    + " as redis://localhost:6379 or jdbc:postgresql://localhost/app?user=me",
            Type::store,
            Type::withoutPassword);
    static final Type<List<String>> LIST = new Type<>("list", "names separated by commas", Type::list);

    private Type(String name, String rule, Function<String, T> reader) {
        this(name, rule, reader, text -> text);
    }

    static Type<Integer> whole(int least, int most) {
        return new Type<>("number", "a whole number from " + least + " to " + most, text -> {
            int number = Integer.parseInt(text);
            require(number >= least && number <= most);
            return number;
        });
    }

    static Type<Long> size(String least, String most) {
        long leastBytes = bytes(least);
        long mostBytes = bytes(most);
        return new Type<>("size", "a size from " + least + " to " + most + ", as 512B, 64KiB or 1MiB", text -> {
            long size = bytes(text);
            require(size >= leastBytes && size <= mostBytes);
            return size;
        });
    }

    static <E extends Enum<E>> Type<E> choice(Class<E> choices) {
        List<String> words =
                Arrays.stream(choices.getEnumConstants()).map(Type::word).toList();
        return new Type<>("choice", words.size() == 1 ? words.get(0) : "one of " + String.join(", ", words), text -> {
            require(words.contains(text));
            return Enum.valueOf(choices, text.toUpperCase(Locale.ROOT));
        });
    }

    /// Returns the word by which a setting's text chooses the constant.
    static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static Duration duration(String text) {
        Matcher form = matched(DURATION_FORM, text);
        Duration duration =
                Duration.ofMillis(Long.parseLong(form.group(1)) * UNIT_MILLIS.getOrDefault(form.group(2), 0L));
        require(!duration.isZero() && duration.compareTo(LONGEST) <= 0);
        return duration;
    }

    private static long bytes(String text) {
        Matcher form = matched(SIZE_FORM, text);
        return Math.multiplyExact(Long.parseLong(form.group(1)), 1L << UNIT_SHIFT.getOrDefault(form.group(2), 0));
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        require(("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null);
        require(url.getRawQuery() == null && url.getRawFragment() == null);
        return url;
    }

    private static Store store(String text) {
        if (text.equals("memory")) {
            return new Store.Memory();
        }
        if (text.startsWith("redis")) {
            return new Store.Redis(RedisAddress.parse(text));
        }
        if (text.startsWith(POSTGRES)) {
            Store.Postgres postgres = new Store.Postgres(text);
            postgres.backend();
            return postgres;
        }
        Matcher file = matched(SQLITE_FORM, text);
        return new Store.Sqlite(Path.of(file.group(1)), "full".equals(file.group(2)));
    }

    private static String withoutPassword(String text) {
        if (text.startsWith(SQLITE)) {
            return text;
        }
        String withoutUser = CREDENTIALS
                .matcher(PASSWORD.matcher(text).replaceAll("$1***"))
                .replaceFirst(found -> (found.group(1) == null ? "" : found.group(1)) + "***@");
        return withoutUser;
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static Matcher matched(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        require(matcher.matches());
        return matcher;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException();
        }
    }
}
