package dev.fanfare.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/// A server's certificate for 127.0.0.1 with its key, made for a test and valid for a day. It has signed itself, so
/// that whoever trusts it trusts that server and no other.
///
/// @param text the certificate, as PEM
/// @param key the private key, as PEM
public record Certificate(String text, String key) {
    private static final String PASSWORD = "secret";
    private static final String ALIAS = "server";
    private static final int LINE = 64;

    /// Makes a new one, by the program `keytool` of this JDK.
    public static Certificate make() {
        try {
            Path folder = Files.createTempDirectory("fanfare-certificate-");
            Path store = folder.resolve("store.p12");
            try {
                generate(store);
                return read(store);
            } finally {
                Files.deleteIfExists(store);
                Files.delete(folder);
            }
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException(fault);
        }
    }

    private static void generate(Path store) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        String options =
                "-genkeypair -keyalg EC -groupname secp256r1 -validity 1 -storetype PKCS12 -ext san=ip:127.0.0.1"
                        + " -dname CN=127.0.0.1 -alias " + ALIAS + " -storepass " + PASSWORD + " -keystore " + store;
        Process process = new ProcessBuilder((keytool + " " + options).split(" "))
                .redirectErrorStream(true)
                .start();
        try (InputStream output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("keytool failed: " + said);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private static Certificate read(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        return new Certificate(
                pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
                pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
    }

    private static String pem(String kind, byte[] bytes) {
        String lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n";
    }

    /// Says nothing of the key.
    @Override
    public String toString() {
        return text;
    }
}
