package dev.connectome.signature.stream;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the memory of all RocksDB stores of a Kafka Streams instance together. Kafka Streams
 * creates one setter for each store, so the shared cache is passed in the configuration.
 */
public final class StoreMemory implements RocksDBConfigSetter {

  private static final String SHARED = "connectome.store.memory";
  private static final long WRITE_BUFFER_BYTES = 4L << 20;

  /** Instantiated by Kafka Streams. */
  public StoreMemory() {}

  /** Adds the memory that the stores of one instance share, at most so many bytes. */
  static void share(Map<String, Object> config, long bytes) {
    RocksDB.loadLibrary();
    Cache cache = new LRUCache(bytes);
    config.put(SHARED, new Shared(cache, new WriteBufferManager(bytes / 2, cache)));
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    if (configs.get(SHARED) instanceof Shared shared) {
      BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
      table.setBlockCache(shared.cache());
      table.setCacheIndexAndFilterBlocks(true);
      table.setPinTopLevelIndexAndFilter(true);
      options.setTableFormatConfig(table);
      options.setWriteBufferManager(shared.buffers());
      options.setWriteBufferSize(WRITE_BUFFER_BYTES);
      options.setMaxWriteBufferNumber(2);
    }
  }

  @Override
  public void close(String storeName, Options options) {
    // All stores share the cache; it lives as long as the process.
  }

  private record Shared(Cache cache, WriteBufferManager buffers) {}
}
