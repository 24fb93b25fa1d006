package dev.connectome.controller.launch.kubernetes;

/**
 * One namespace of the cluster: what is seen there, and what is done there. What another namespace
 * holds under the name of a run is nobody's.
 */
record Place(String namespace, JobClient jobs, ClusterWatch watch, JobActions actions) {}
