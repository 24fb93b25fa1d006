package dev.connectome.signature.settings;

import dev.connectome.signature.compute.MemoryBudget;
import io.smallrye.config.ConfigMapping;

/** The settings of the service, each a property or an environment variable. */
@ConfigMapping(prefix = "connectome")
public interface ConnectomeSettings {

  KafkaSettings kafka();

  StreamsSettings streams();

  RetentionSettings retention();

  LimitSettings limits();

  AuthSettings auth();

  /** The memory for one snapshot, as set or else computed from the memory of this process. */
  default MemoryBudget memoryBudget() {
    MemoryBudget process =
        MemoryBudget.ofProcess(
            streams().threads(), streams().recentBytes(), streams().storeMemoryBytes());
    return new MemoryBudget(
        limits().snapshotHeapBytes().orElse(process.heapBytes()),
        limits().snapshotNativeBytes().orElse(process.nativeBytes()));
  }
}
