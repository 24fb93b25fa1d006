package dev.connectome.trainer.service.training;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A checkpoint on the disk, which was undamaged when it was read.
 *
 * @param averaged whether the run keeps an average of its weights
 */
record StoredCheckpoint(Path folder, Checkpoint.Position position, boolean averaged) {

  static final String RESULT = "weights.params";
  static final String TRAINING = "training.params";
  static final String OPTIMIZER = "optimizer.ndlist";

  private static final int BUFFER_BYTES = 1 << 16;

  int epoch() {
    return position.epoch();
  }

  int nextBatch() {
    return position.nextBatch();
  }

  /** What the run keeps: the average if there is one, else the weights. */
  Path result() {
    return folder.resolve(RESULT);
  }

  /** The weights from which the training goes on. */
  Path weights() {
    return averaged ? folder.resolve(TRAINING) : result();
  }

  Optional<Path> average() {
    return averaged ? Optional.of(result()) : Optional.empty();
  }

  Path optimizerState() {
    return folder.resolve(OPTIMIZER);
  }

  static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
  }
}
