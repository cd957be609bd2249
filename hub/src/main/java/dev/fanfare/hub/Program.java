package dev.fanfare.hub;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.hub.config.DidYouMean;
import dev.fanfare.hub.config.Settings;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs the command that its arguments name, and turns whatever happens into one line and an exit code.
final class Program {
    static final String NAME = "fanfare";

    private final Shell shell;

    Program(Shell shell) {
        this.shell = shell;
    }

    /// Returns the exit code.
    int run(String... args) {
        try {
            return run(commandLine(args).parseArgs(args)).code();
        } catch (ParameterException wrong) {
            return explain(wrong).code();
        } catch (Exception fault) {
            return Faults.explain(shell, fault).code();
        } finally {
            shell.out().flush();
        }
    }

    private Exit run(ParseResult parsed) throws Exception {
        ParseResult deepest = parsed;
        while (deepest.hasSubcommand() && !deepest.isUsageHelpRequested()) {
            deepest = deepest.subcommand();
        }
        CommandSpec spec = deepest.commandSpec();
        if (deepest.isUsageHelpRequested()) {
            spec.commandLine().usage(shell.out(), ansi());
            return Exit.OK;
        }
        if (parsed.isVersionHelpRequested()) {
            shell.out().println(NAME + " " + Version.ofThisProgram());
            return Exit.OK;
        }
        if (spec.userObject() instanceof Command command) {
            return run(command, new Call(shell, deepest));
        }
        spec.commandLine().usage(shell.err(), ansi());
        return Exit.USAGE;
    }

    private static Exit run(Command command, Call call) throws Exception {
        try {
            return command.run(call);
        } catch (BackendUnavailableException away) {
            String question = "; is a hub running at " + call.get(Settings.URL) + "?";
            throw new CommandFault(Exit.UNAVAILABLE, away.getMessage() + question);
        }
    }

    private Exit explain(ParameterException wrong) {
        PrintStream err = shell.err();
        String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
        err.println(NAME + ": " + sentence(wrong) + "\n    see " + name + " --help");
        return Exit.USAGE;
    }

    private static String sentence(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            CommandSpec spec = wrong.getCommandLine().getCommandSpec();
            Set<String> known = word.startsWith("-")
                    ? spec.optionsMap().keySet()
                    : spec.subcommands().keySet();
            return "unknown " + (word.startsWith("-") ? "option " : "word ") + Printable.of(word)
                    + DidYouMean.hint(word, known);
        }
        String message = String.valueOf(wrong.getMessage()).lines().findFirst().orElse("");
        return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }

    private Ansi ansi() {
        return shell.isColoured() ? Ansi.ON : Ansi.OFF;
    }

    /// Puts the syntax together; only of the command that is called, if one is: the others need not be loaded.
    static CommandLine commandLine(String... args) {
        CommandSpec root = CommandSpec.create();
        new Syntax(root)
                .name(
                        NAME,
                        "Pushes what just happened, a job's progress or an event on a topic, to everyone who is watching.");
        root.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Shows the version.")
                .build());
        String called = Arrays.stream(args).limit(1).findFirst().orElse("");
        Map<String, Supplier<Command>> all = Commands.BY_NAME;
        boolean isKnown = all.keySet().stream().anyMatch(name -> name.split(" ", -1)[0].equals(called));
        all.forEach((name, command) -> {
            if (!isKnown || name.split(" ", -1)[0].equals(called)) {
                add(root, name, command.get());
            }
        });
        return new CommandLine(root);
    }

    private static void add(CommandSpec root, String name, Command command) {
        String[] words = name.split(" ", -1);
        CommandSpec parent = words.length == 1 ? root : group(root, words[0]);
        CommandSpec spec = CommandSpec.wrapWithoutInspection(command);
        Syntax syntax = new Syntax(spec);
        command.describe(syntax);
        parent.addSubcommand(words[words.length - 1], new CommandLine(spec));
    }

    private static CommandSpec group(CommandSpec root, String name) {
        CommandLine known = root.subcommands().get(name);
        if (known != null) {
            return known.getCommandSpec();
        }
        CommandSpec group = CommandSpec.create();
        new Syntax(group).name(name, Commands.GROUPS.getOrDefault(name, ""));
        root.addSubcommand(name, new CommandLine(group));
        return group;
    }
}
