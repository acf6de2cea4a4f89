package org.amalgam.pool;

import org.amalgam.merge.Entries;
import org.amalgam.merge.TaskMatrices;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights.Blockwise;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * The task vectors of mapped models, made when a span is asked for.
 *
 * @param ancestor its parameters are those that there are
 */
record MappedTaskVectors(Model ancestor, List<Model> experts) implements TaskMatrices {

    @Override
    public List<String> names() {
        return ancestor.weights().names();
    }

    @Override
    public int tasks() {
        return experts.size();
    }

    @Override
    public long elements(String name) {
        return ancestor.weights().get(name).elements();
    }

    @Override
    public Tensor matrix(String name, Span span) {
        Tensor base = ancestor.values(name, span);
        Tensor rows = Tensor.empty(DType.F32, experts.size(), span.length());
        for (int k = 0; k < experts.size(); k++) {
            experts.get(k).difference(name, span, base, rows.select(0, k));
        }
        return rows;
    }

    @Override
    public RowReader rows(String name) {
        Blockwise base = ancestor.blocks(name);
        List<Blockwise> models =
                experts.stream().map(expert -> expert.blocks(name)).toList();
        return (block, rows) -> {
            try (Rows theta = Rows.lent(1)) {
                base.compute(block, theta.row(0));
                for (int k = 0; k < models.size(); k++) {
                    models.get(k).compute(block, rows.row(k));
                    Entries.subtract(rows.row(k), theta.row(0), (int) block.length());
                }
            }
        };
    }
}
