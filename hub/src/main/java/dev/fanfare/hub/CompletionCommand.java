package dev.fanfare.hub;

import picocli.AutoComplete;

/// Prints the script that lets a shell complete commands and options.
final class CompletionCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("completion", "Prints the script that lets a shell complete commands and options.")
                .argument("SHELL", "bash or zsh")
                .footer("", "For this session:  source <(fanfare completion bash)");
    }

    @Override
    public Exit run(Call call) {
        String shell = call.required(0);
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new CommandFault(Exit.USAGE, "completion is for bash or zsh, not for " + Printable.of(shell));
        }
        call.out().println(AutoComplete.bash(Program.NAME, Program.commandLine()));
        return Exit.OK;
    }
}
