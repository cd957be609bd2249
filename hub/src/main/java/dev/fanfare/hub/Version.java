package dev.fanfare.hub;

/// The version that the build wrote into the jar.
final class Version {
    private Version() {}

    static String ofThisProgram() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
