using Microsoft.AspNetCore.Routing.Patterns;

namespace ServerlessDrives.Embedded.Http;

/// <summary>
/// Finds routes that can match the same path. The official host has no route precedence: the first that matches wins, by the order of
/// function names. So only one catch-all may overlap with others, and its name has to sort last.
/// </summary>
internal static class RouteOverlaps
{
    /// <exception cref="StartRefusedException">Two routes of one method overlap.</exception>
    public static void Refuse(IReadOnlyList<HttpRoute> routes)
    {
        foreach (var catchAll in routes.Where(route => route.IsCatchAll))
        {
            if (
                routes.FirstOrDefault(other =>
                    other != catchAll && string.CompareOrdinal(other.Function.Name, catchAll.Function.Name) > 0
                ) is
                { } later)
                throw new StartRefusedException(
                    $"{catchAll.Function.EntryPoint} catches every path, so its function name must sort last; '{later.Function.Name}' " +
                    $"sorts behind '{catchAll.Function.Name}' and would never be reached in Azure."
                );
        }

        var ordinary = routes.Where(route => !route.IsCatchAll).ToList();
        for (var i = 0; i < ordinary.Count; i++)
        {
            for (var j = i + 1; j < ordinary.Count; j++)
                RefusePair(ordinary[i], ordinary[j]);
        }

        var all = routes.Where(route => route.IsCatchAll).ToList();
        for (var i = 1; i < all.Count; i++)
            RefusePair(all[0], all[i]);
    }

    private static void RefusePair(HttpRoute one, HttpRoute other)
    {
        if (ShareMethod(one, other) && CanMeet(RoutePatternFactory.Parse(one.Pattern), RoutePatternFactory.Parse(other.Pattern)))
            throw new StartRefusedException(
                $"{one.Function.EntryPoint} ({one.Pattern}) and {other.Function.EntryPoint} ({other.Pattern}) can match the same path " +
                "with the same method. The official host would pick one by its name."
            );
    }

    private static bool ShareMethod(HttpRoute one, HttpRoute other) =>
        one.Methods is null or { Count: 0 }
        || other.Methods is null or { Count: 0 }
        || one.Methods.Intersect(other.Methods, StringComparer.OrdinalIgnoreCase).Any();

    private static bool CanMeet(RoutePattern one, RoutePattern other)
    {
        var (a, b) = (one.PathSegments, other.PathSegments);
        for (var i = 0; ; i++)
        {
            var (aEnds, bEnds) = (i >= a.Count, i >= b.Count);
            if (aEnds && bEnds)
                return true;
            // A catch-all also takes an empty rest.
            if ((!aEnds && IsRest(a[i])) || (!bEnds && IsRest(b[i])))
                return true;
            if (aEnds || bEnds)
                return false;
            if (!CanMeet(a[i], b[i]))
                return false;
        }
    }

    private static bool IsRest(RoutePatternPathSegment segment) => segment.Parts is [RoutePatternParameterPart { IsCatchAll: true }];

    private static bool CanMeet(RoutePatternPathSegment one, RoutePatternPathSegment other) =>
        (one.Parts, other.Parts) switch
        {
            ([RoutePatternLiteralPart a], [RoutePatternLiteralPart b]) => string.Equals(
                a.Content,
                b.Content,
                StringComparison.OrdinalIgnoreCase),
            _ => true,
        };
}
