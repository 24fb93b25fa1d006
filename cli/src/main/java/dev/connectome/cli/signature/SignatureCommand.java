package dev.connectome.cli.signature;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.IoMessages;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.ConnectomeDistance;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NonFiniteActivationException;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import dev.connectome.topology.numpy.NumpyFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code connectome signature}. */
@Command(
    name = "signature",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Computes the topological signature of the activations in each .npy or .npz file, and the"
          + " distances to the one before.",
      "A snapshot is an array of float16, float32 or float64: a row per sample, a column per neuron;"
          + " or samples x channels x rows x columns, of which the mean over positions is taken."
          + " A .npy file may hold several. Of a .npz file with several arrays name one as"
          + " FILE.npz:NAME. - is what comes in, for instance from a pipe."
    })
public final class SignatureCommand implements Callable<Integer> {
  private static final long PROGRESS_INTERVAL_NANOS = 2_000_000_000L;

  enum Format {
    TABLE,
    JSON,
    CSV
  }

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Snapshots, oldest first.")
  private List<String> files;

  @Option(names = "--previous", paramLabel = "FILE", description = "The snapshot before the first.")
  private @Nullable String previous;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Write births.npy, deaths.npy and connectome.npy of each file into DIR/<name of the"
              + " file>.")
  private @Nullable Path out;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, json (with the quantiles) or csv. Default: ${DEFAULT-VALUE}")
  private Format format;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Plot the distances and the quantiles of the sets over time to FILE.svg or FILE.png.")
  private @Nullable Path plot;

  @Spec private CommandSpec spec;

  private record Snapshot(FunctionalConnectome connectome, TopologicalSignature signature) {
    void close() {
      connectome.close();
      signature.close();
    }
  }

  @Override
  public Integer call() throws JsonProcessingException {
    ChartStack.Type plotType = plot == null ? null : plotType(plot);
    List<SnapshotReport> reports = new ArrayList<>();
    Set<Path> written = new HashSet<>();
    try (SignatureWorkspace workspace = new SignatureWorkspace()) {
      Snapshot before = null;
      if (previous != null) {
        List<SnapshotFile.Named> earlier = SnapshotFile.of(previous).read();
        before = compute(earlier.get(earlier.size() - 1), workspace);
      }
      long lastProgress = System.nanoTime();
      for (String file : files) {
        for (SnapshotFile.Named named : SnapshotFile.of(file).read()) {
          Snapshot snapshot = compute(named, workspace);
          reports.add(report(named, snapshot, before));
          write(named, snapshot, written);
          if (before != null) {
            before.close();
          }
          before = snapshot;
        }
        if (System.nanoTime() - lastProgress > PROGRESS_INTERVAL_NANOS) {
          PrintWriter err = spec.commandLine().getErr();
          err.printf("%d snapshots, %d files%n", reports.size(), files.size());
          err.flush();
          lastProgress = System.nanoTime();
        }
      }
    }
    if (plot != null && plotType != null) {
      draw(reports, plot, plotType);
    }
    print(reports);
    return 0;
  }

  private static ChartStack.Type plotType(Path file) {
    ChartStack.Type type = ChartStack.Type.of(file);
    if (type == null) {
      throw CommandFailure.badInput("--plot %s: the name must end in .svg or .png".formatted(file));
    }
    return type;
  }

  private static void draw(List<SnapshotReport> reports, Path file, ChartStack.Type type) {
    try {
      SignaturePicture.of(reports).write(file, type);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + file + ": " + IoMessages.of(e));
    } catch (LinkageError | InternalError e) {
      throw CommandFailure.failed(
          "this Java cannot draw text (%s): install fontconfig and a font"
              .formatted(e.getMessage()));
    }
  }

  private static Snapshot compute(SnapshotFile.Named named, SignatureWorkspace workspace) {
    try (ActivationMatrix activations = named.array().activations()) {
      FunctionalConnectome connectome = PearsonCorrelation.connectome(activations, workspace);
      return new Snapshot(connectome, TopologicalSignature.of(connectome, workspace));
    } catch (NonFiniteActivationException e) {
      throw SnapshotFile.malformed(
          named.name(),
          "has a value in row %d, column %d (from 0) that is not a finite float32: fix or leave out the snapshot"
              .formatted(e.sample(), e.neuron()));
    }
  }

  private static SnapshotReport report(
      SnapshotFile.Named named, Snapshot snapshot, @Nullable Snapshot before) {
    TopologicalSignature signature = snapshot.signature;
    return new SnapshotReport(
        named.name(),
        named.array().samples(),
        signature.neurons(),
        SnapshotReport.Levels.of(signature.birthCount(), signature.birthLevels()),
        SnapshotReport.Levels.of(signature.deathCount(), signature.deathLevels()),
        before == null ? null : distance(snapshot, before));
  }

  private static SnapshotReport.Distance distance(Snapshot snapshot, Snapshot before) {
    SignatureDistance distance = SignatureDistance.between(snapshot.signature, before.signature);
    return new SnapshotReport.Distance(
        distance,
        distance.byQuantiles()
            ? null
            : ConnectomeDistance.between(snapshot.connectome, before.connectome));
  }

  private void write(SnapshotFile.Named named, Snapshot snapshot, Set<Path> written) {
    if (out == null) {
      return;
    }
    Path directory = out.resolve(named.folder());
    if (!written.add(directory)) {
      throw CommandFailure.badInput(
          "the sets of %s and of another snapshot would both be written to %s: rename one of the files"
              .formatted(named.name(), directory));
    }
    FunctionalConnectome connectome = snapshot.connectome;
    int neurons = connectome.neurons();
    try {
      Files.createDirectories(directory);
      TopologicalSignature signature = snapshot.signature;
      write(directory.resolve("births.npy"), List.of(signature.births()), signature.birthCount());
      write(directory.resolve("deaths.npy"), List.of(signature.deaths()), signature.deathCount());
      write(
          directory.resolve("connectome.npy"),
          () -> IntStream.range(0, neurons).mapToObj(i -> row(connectome, i)).iterator(),
          neurons,
          neurons);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write to " + directory + ": " + IoMessages.of(e));
    }
  }

  private static void write(Path file, Iterable<float[]> rows, int... shape) throws IOException {
    try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file))) {
      NumpyFile.write(stream, rows, shape);
    }
  }

  /** The weights of a neuron with every neuron, with 0 on the diagonal. */
  private static float[] row(FunctionalConnectome connectome, int neuron) {
    var row = new float[connectome.neurons()];
    for (int other = 0; other < row.length; other++) {
      row[other] = connectome.weight(neuron, other);
    }
    return row;
  }

  private void print(List<SnapshotReport> reports) throws JsonProcessingException {
    PrintWriter printer = spec.commandLine().getOut();
    switch (format) {
      case TABLE -> SignatureTable.table(reports).forEach(printer::println);
      case CSV -> SignatureTable.csv(reports).forEach(printer::println);
      case JSON ->
          printer.println(
              new ObjectMapper()
                  .enable(SerializationFeature.INDENT_OUTPUT)
                  .writeValueAsString(reports));
    }
    printer.flush();
  }
}
