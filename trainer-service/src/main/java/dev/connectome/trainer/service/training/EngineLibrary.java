package dev.connectome.trainer.service.training;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import com.google.common.base.Throwables;
import dev.connectome.trainer.service.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The native library of the engine, which depends on the machine and on the environment. */
public final class EngineLibrary {

  private static final Logger LOG = LoggerFactory.getLogger(EngineLibrary.class);
  private static final String VERSION = "PYTORCH_VERSION";
  private static final String LIBRARY = "PYTORCH_LIBRARY_PATH";
  private static final int MOST_SHOWN = 64;

  private EngineLibrary() {}

  /**
   * Loads the engine, unless it is loaded.
   *
   * @throws UserException if it cannot be loaded here, however often it is tried
   */
  public static void load() throws UserException {
    try {
      Engine.getInstance();
    } catch (EngineException | LinkageError | AssertionError e) {
      LOG.error("engine not loaded", e);
      throw new UserException(
          "the engine, PyTorch, could not be loaded (%s): %s"
              .formatted(Throwables.getRootCause(e), remedy()));
    }
  }

  private static String remedy() {
    String library = System.getenv(LIBRARY);
    String version = System.getenv(VERSION);
    if (library != null) {
      return "%s is \"%s\"; it must name libtorch 2.7.1, and %s and PYTORCH_FLAVOR what it is"
          .formatted(LIBRARY, shown(library), VERSION);
    }
    if (version != null) {
      return "%s is \"%s\", which some images set for Python; unset it for the trainer, or name such a library in %s"
          .formatted(VERSION, shown(version), LIBRARY);
    }
    return "it is unpacked into .djl.ai in the home folder, or into the folder that DJL_CACHE_DIR names; that must be writable, have 1 GiB of room and admit programs";
  }

  private static String shown(String value) {
    return value.substring(0, Math.min(MOST_SHOWN, value.length()));
  }
}
