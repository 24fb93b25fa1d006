package dev.connectome.trainer.service.training;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import com.google.common.base.Throwables;
import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.util.Map;
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
   * @throws UserException if the environment names a library that cannot be loaded
   * @throws IOException if it cannot be loaded now; the disk may be full, for instance
   */
  public static void load() throws IOException, UserException {
    load(Engine::getInstance, System.getenv());
  }

  static void load(Runnable engine, Map<String, String> environment)
      throws IOException, UserException {
    try {
      engine.run();
    } catch (EngineException | LinkageError | AssertionError e) {
      LOG.error("engine not loaded", e);
      String problem =
          "the engine, PyTorch, could not be loaded (%s): %s"
              .formatted(Throwables.getRootCause(e), remedy(environment));
      if (environment.containsKey(LIBRARY) || environment.containsKey(VERSION)) {
        throw new UserException(problem);
      }
      throw new IOException(problem, e);
    }
  }

  private static String remedy(Map<String, String> environment) {
    String library = environment.get(LIBRARY);
    String version = environment.get(VERSION);
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
