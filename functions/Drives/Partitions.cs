using ServerlessDrives.Access;

namespace ServerlessDrives.Drives;

/// <summary>Which partition a trust policy is offered for, before any region is known.</summary>
public static class Partitions
{
    /// <summary>The only one that we have a principal in, or the one that was chosen; where there are several, one has to be.</summary>
    public static Partition? Read(FormReader form, string field, string? chosen, IPrincipals principals)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(principals);
        var known = principals.Partitions;
        if (chosen is null)
        {
            return known.Count > 1
                    ? form.Refuse<Partition>(
                        field,
                        "Say which AWS partition the role is in, since its trust policy names our principal there: " +
                        $"{string.Join(", ", known)}."
                    )
                : known.Count == 1 ? known[0]
                : Partition.Aws;
        }

        var partition = form.Read(field, Partition.Parse(chosen));
        return partition is null || known.Contains(partition)
            ? partition
            : form.Refuse<Partition>(
                field,
                $"No principal of ours is set up for the partition {partition}, so a role there can't trust us. Ask your operator to " +
                $"set Aws:Principals:{partition}."
            );
    }
}
