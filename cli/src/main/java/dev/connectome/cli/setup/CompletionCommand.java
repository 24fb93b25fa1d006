package dev.connectome.cli.setup;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code connectome completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a script that lets a shell complete commands and options.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(connectome completion bash)          for this shell; zsh alike",
      "  connectome completion fish > ~/.config/fish/completions/connectome.fish"
    })
public final class CompletionCommand implements Callable<Integer> {
  /** The shells that are known. */
  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}")
  private Shell shell;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    String name = root.getCommandName();
    spec.commandLine()
        .getOut()
        .print(
            switch (shell) {
              case BASH, ZSH -> AutoComplete.bash(name, root);
              case FISH -> FishCompletion.script(root);
            });
    spec.commandLine().getOut().flush();
    return 0;
  }
}
