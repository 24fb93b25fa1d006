package dev.connectome.cli;

import dev.connectome.platform.Endpoints;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformException;
import dev.connectome.platform.PlatformOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts the whole platform on this machine and keeps it running until Ctrl-C.",
      "It starts a Kafka broker, a PostgreSQL database and the two services; you need not install"
          + " anything. Everything listens on 127.0.0.1. At Ctrl-C, live runs write a checkpoint;"
          + " the next start resumes them.",
      "Commands of the same user are let in by a token in the state directory, browsers by a link"
          + " that this command prints. Other users of the machine are not let in."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome up",
      "  connectome up --data-dir ~/fashion-mnist --max-concurrent-runs 4",
      "  connectome up --state-dir /var/tmp/second --controller-port 9400"
    })
public final class UpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Default data of runs: a folder with IDX or CIFAR files, images or a CSV file. Default:"
              + " images embedded in the trainer.")
  private @Nullable Path dataDir;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = StateDirectory.DEFAULT,
      description = "Directory for all state. Default: ${DEFAULT-VALUE}")
  private Path stateDir;

  @Option(
      names = "--max-concurrent-runs",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "The most runs that train at the same time; others wait. Default: ${DEFAULT-VALUE}")
  private int maxConcurrentRuns;

  @Option(
      names = "--controller-port",
      paramLabel = "PORT",
      description = "gRPC port of the controller. Default: a free one")
  private int controllerPort;

  @Option(
      names = "--controller-http-port",
      paramLabel = "PORT",
      description =
          "HTTP port of the controller: JSON API, web page, health, metrics. Default: a free one")
  private int controllerHttpPort;

  @Option(
      names = "--connectome-port",
      paramLabel = "PORT",
      description = "gRPC port of the connectome service. Default: a free one")
  private int connectomePort;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Port of the broker. Default: a free one")
  private int kafkaPort;

  @Option(
      names = "--postgres-port",
      paramLabel = "PORT",
      description = "Port of the database. Default: a free one")
  private int postgresPort;

  @Option(
      names = "--no-auth",
      description =
          "Ask nobody for a token: every user of this machine may then do everything. Everything"
              + " listens on 127.0.0.1 all the same.")
  private boolean noAuth;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PlatformOptions options =
        new PlatformOptions(
            Installation.current(),
            stateDir,
            dataDir,
            maxConcurrentRuns,
            new PlatformOptions.Ports(
                controllerPort, controllerHttpPort, kafkaPort, postgresPort, connectomePort));
    if (noAuth) {
      options = options.withoutAuthentication();
    }
    Interruption interruption = Interruption.ofThisThread();
    try (Platform platform = Platform.start(options, line -> print(out, line))) {
      printEndpoints(out, platform);
      interruption.await();
    } catch (InterruptedException stop) {
      print(out, "stopped; the next 'connectome up' resumes live runs");
    } catch (PlatformException failure) {
      if (!interruption.requested()) {
        throw failure;
      }
    }
    return 0;
  }

  private void printEndpoints(PrintWriter out, Platform platform) throws InterruptedException {
    Endpoints at = platform.endpoints();
    boolean named = spec.commandLine().getParseResult().hasMatchedOption("--state-dir");
    String stateDirOption = named ? " --state-dir " + ShellWords.quote(stateDir.toString()) : "";
    String command = ShellWords.quote(System.getProperty("connectome.command", "connectome"));
    out.printf("%nThe platform is up. Open it in a browser:%n  %s%n", platform.pageAddress());
    out.println(
        noAuth
            ? "Nobody is asked for a token: every user of this machine may do everything."
            : "The link works once; another: " + command + " page" + stateDirOption);
    out.printf("  state               %s%n", platform.stateDirectory());
    out.printf(
        "  controller          gRPC %s   %s%n", at.controller().grpc(), at.controller().http());
    out.printf(
        "  connectome service  gRPC %s   %s%n", at.connectome().grpc(), at.connectome().http());
    out.printf("  Kafka               %s%n", at.kafka().bootstrapServers());
    out.printf("  PostgreSQL          %s%n", at.postgres().jdbcUrl());
    out.printf("%nIn another terminal:%n");
    out.printf("  %s runs create --name first --epochs 60%s%n", command, stateDirOption);
    out.printf("  %s runs watch first%s%n", command, stateDirOption);
    out.printf("%nCtrl-C stops everything.%n");
    out.flush();
  }

  private static void print(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
