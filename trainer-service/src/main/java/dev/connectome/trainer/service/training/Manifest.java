package dev.connectome.trainer.service.training;

import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a checkpoint says of itself, beside its arrays. */
record Manifest(
    @JsonProperty("format") int format,
    @JsonProperty("epoch") int epoch,
    @JsonProperty("nextBatch") int nextBatch,
    @JsonProperty("checksums") @JsonAlias("sha256") Map<String, String> checksums,
    @JsonProperty("optimizerSteps") Map<String, Integer> optimizerSteps,
    @JsonProperty("best") @JsonInclude(NON_NULL) BestEpoch.@Nullable Found best,
    @JsonProperty("partial") @JsonInclude(NON_NULL) @Nullable EpochSums partial) {

  static final String FILE = "manifest.json";

  /** Read, but no longer written: SHA-256 slowed down trainings with frequent checkpoints. */
  static final int FORMAT_SHA256 = 1;

  private static final int FORMAT_CRC32 = 2;

  /** Only written with an average or a best epoch, so that earlier trainers read the others. */
  private static final int FORMAT_RESULT = 3;

  /** Only written within an epoch, for the same reason. */
  private static final int FORMAT_PARTIAL = 4;

  private static final ObjectMapper JSON = new ObjectMapper();

  static Manifest of(Checkpoint checkpoint, Map<String, String> checksums) {
    Checkpoint.Position position = checkpoint.position();
    Optional<EpochSums> partial = position.partial().filter(sums -> position.nextBatch() > 0);
    boolean plain = checkpoint.average().isEmpty() && position.best().isEmpty();
    return new Manifest(
        partial.isPresent() ? FORMAT_PARTIAL : plain ? FORMAT_CRC32 : FORMAT_RESULT,
        position.epoch(),
        position.nextBatch(),
        checksums,
        position.optimizerSteps(),
        position.best().orElse(null),
        partial.orElse(null));
  }

  Checkpoint.Position position() {
    return new Checkpoint.Position(
        epoch, nextBatch, Optional.ofNullable(partial), optimizerSteps, Optional.ofNullable(best));
  }

  byte[] toJson() throws IOException {
    return JSON.writeValueAsBytes(this);
  }

  /**
   * Reads the manifest in a folder.
   *
   * @throws LaterFormatException if it is of a later version
   * @throws IOException if it is missing or damaged
   */
  static Manifest read(Path folder) throws IOException {
    JsonNode json = JSON.readTree(Files.readAllBytes(folder.resolve(FILE)));
    int format = json.path("format").asInt();
    if (format > FORMAT_PARTIAL) {
      throw new LaterFormatException(folder, format, FORMAT_PARTIAL);
    }
    return JSON.treeToValue(json, Manifest.class);
  }
}
