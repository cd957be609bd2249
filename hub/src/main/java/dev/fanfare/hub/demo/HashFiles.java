package dev.fanfare.hub.demo;

import dev.fanfare.hub.demo.Folder.Item;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.BiConsumer;

/// Takes the SHA-256 of every file, and one over all of them.
///
/// @param onHash told of each file and its hash
record HashFiles(String name, BiConsumer<Item, String> onHash) implements Chore {
    @Override
    public Findings work(Path root, Part part, Meter meter) throws IOException {
        MessageDigest all = sha256();
        byte[] buffer = new byte[64 << 10];
        for (Item file : part.files()) {
            MessageDigest one = sha256();
            try (InputStream bytes = meter.open(root.resolve(file.path()))) {
                for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                    one.update(buffer, 0, read);
                }
            }
            byte[] hash = one.digest();
            all.update(hash);
            onHash.accept(file, HexFormat.of().formatHex(hash));
        }
        String sum = HexFormat.of().formatHex(all.digest());
        return new Findings(sum.substring(0, 12) + "…", "\"sha256\":\"" + sum + "\"");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
