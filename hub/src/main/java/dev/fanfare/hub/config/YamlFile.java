package dev.fanfare.hub.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Reads `fanfare.yaml`: mappings become dotted keys, each value keeps the line that it stands on.
final class YamlFile {
    private final Path path;
    private final String name;
    private final List<Entry> entries = new ArrayList<>();

    private YamlFile(Path path, String name) {
        this.path = path;
        this.name = name;
    }

    /// @param name what the file is called in messages
    /// @throws ConfigurationException if the file cannot be read, or is not a mapping of settings
    static List<Entry> read(Path path, String name) {
        YamlFile file = new YamlFile(path, name);
        file.compose().ifPresent(root -> file.collect("", root));
        return file.entries;
    }

    private Optional<Node> compose() {
        try {
            return new Compose(LoadSettings.builder().setLabel(name).build()).composeString(Files.readString(path));
        } catch (NoSuchFileException missing) {
            throw unreadable("there is no such file");
        } catch (MalformedInputException notUtf8) {
            throw unreadable("it is not UTF-8");
        } catch (IOException failed) {
            throw unreadable(Files.isDirectory(path) ? "it is a folder" : String.valueOf(failed.getMessage()));
        } catch (MarkedYamlEngineException broken) {
            throw unreadable("it is not YAML: " + broken.getProblem()
                    + broken.getProblemMark()
                            .map(mark -> " in line " + (mark.getLine() + 1))
                            .orElse(""));
        } catch (YamlEngineException broken) {
            throw unreadable("it is not YAML: " + broken.getMessage());
        }
    }

    private ConfigurationException unreadable(String why) {
        return new ConfigurationException("cannot read the configuration " + name + ": " + why);
    }

    private void collect(String prefix, Node node) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple pair : mapping.getValue()) {
                collect(prefix + (prefix.isEmpty() ? "" : ".") + text(prefix, pair.getKeyNode()), pair.getValueNode());
            }
        } else if (prefix.isEmpty()) {
            throw unreadable("it must hold settings, one a line, as port: 7780");
        } else {
            entries.add(new Entry(prefix, text(prefix, node), origin(node)));
        }
    }

    private String text(String key, Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue().stream().map(item -> text(key, item)).collect(Collectors.joining(","));
        }
        throw new ConfigurationException(origin(node) + ": " + key + " must be a value or a list of values");
    }

    private String origin(Node node) {
        return name
                + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    }
}
