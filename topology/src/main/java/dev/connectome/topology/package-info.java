/**
 * The method as a library: from the activations of a network to its functional connectome, its
 * topological signature, and the distances between signatures.
 *
 * <p>The functional connectome is the complete graph of the neurons, weighted with the absolute
 * Pearson correlation of their responses. Its maximum spanning tree divides the edges: the weights
 * of the tree are the birth set (0-dimensional persistent homology of the graph filtration:
 * connected components), those of all other edges the death set (1-dimensional: cycles). The
 * definitions are those of Songdechakraiwut and others, <em>Fast Topological Clustering with
 * Wasserstein Distance</em> (ICLR 2022) and <em>Functional Connectomes of Neural Networks</em>
 * (AAAI 2025).
 */
@NullMarked
package dev.connectome.topology;

import org.jspecify.annotations.NullMarked;
