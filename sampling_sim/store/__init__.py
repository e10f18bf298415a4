"""One HDF5 file per campaign: every case a row, every input and outcome a column (docs/store.md).

A shard is the same file with fewer rows, so merging is all there is: the merged file is a pure
function of its parts, in any order.  Importing this loads neither h5py nor xarray.
"""

from sampling_sim.recording.snapshots import Snapshots
from sampling_sim.store.content import (
    EXPERIMENT,
    IDENTITY,
    SCHEMA_VERSION,
    SETTING,
    Attributes,
    CaseRecord,
    Column,
    StoreContent,
    batch_content,
    same_bits,
    single_content,
    texts,
)
from sampling_sim.store.files import (
    column_names,
    merge_stores,
    open_series,
    open_store,
    opened_together,
    read_attributes,
    read_columns,
    read_row,
    read_runs,
    read_snapshots,
    read_store,
    recorded_cases,
    write_store,
)
from sampling_sim.store.merging import Merged, merged_content
from sampling_sim.store.writing import check_names_file, check_new, leftovers, sync

__all__ = [
    "EXPERIMENT",
    "IDENTITY",
    "SCHEMA_VERSION",
    "SETTING",
    "Attributes",
    "CaseRecord",
    "Column",
    "Merged",
    "Snapshots",
    "StoreContent",
    "batch_content",
    "check_names_file",
    "check_new",
    "column_names",
    "leftovers",
    "merge_stores",
    "merged_content",
    "open_series",
    "open_store",
    "opened_together",
    "read_attributes",
    "read_columns",
    "read_row",
    "read_runs",
    "read_snapshots",
    "read_store",
    "recorded_cases",
    "same_bits",
    "single_content",
    "sync",
    "texts",
    "write_store",
]
