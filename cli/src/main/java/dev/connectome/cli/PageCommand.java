package dev.connectome.cli;

import dev.connectome.platform.Endpoints;
import dev.connectome.platform.PageLink;
import dev.connectome.platform.PlatformTokens;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome page}. */
@Command(
    name = "page",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a link to the page of the platform on this machine.",
      "The link works once, within a day; the browser that opens it may then do what you may, for"
          + " 30 days."
    })
public final class PageCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = StateDirectory.DEFAULT,
      description = "State directory of a platform on this machine. Default: ${DEFAULT-VALUE}")
  private Path stateDir;

  @Override
  public Integer call() throws InterruptedException {
    String link = PageLink.create(Endpoints.read(stateDir), PlatformTokens.owners(stateDir));
    spec.commandLine().getOut().println(link);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
