using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Iam;

/// <summary>Permissions boundaries of roles and users: the most that their own policies can give them.</summary>
internal static class BoundaryCalls
{
    public static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Actions() =>
        Of("Role", (request, state) => request.Role(state)).Concat(Of("User", (request, state) => request.User(state)));

    /// <summary>The boundary that a creation asks for, or null.</summary>
    /// <exception cref="AwsError">There is no such managed policy.</exception>
    public static string? Asked(IamRequest request, IamState state)
    {
        if (request.Form.Text("PermissionsBoundary") is not { Length: > 0 } arn)
            return null;
        return state.DocumentOf(arn) is null
            ? throw new AwsError(404, "NoSuchEntity", $"Scope ARN: {arn} does not exist or is not attachable.")
            : arn;
    }

    /// <summary>Whether somebody has the policy for a boundary, so that it can't be deleted.</summary>
    public static bool IsBoundary(IamState state, string arn) =>
        state.Users.Values.Any(user => user.Boundary == arn) || state.Roles.Values.Any(role => role.Boundary == arn);

    private static IEnumerable<(string Name, Func<IamRequest, object?[]> Run)> Of(string kind, Func<IamRequest, IamState, Identity> find)
    {
        yield return ($"Put{kind}PermissionsBoundary", request =>
        {
            request.Form.Required("PermissionsBoundary");
            request.Store.Change(state => state.With(find(request, state) with { Boundary = Asked(request, state) }));
            return [];
        }
        );
        yield return ($"Delete{kind}PermissionsBoundary", request =>
        {
            request.Store.Change(state =>
            {
                var holder = find(request, state);
                return holder.Boundary is null
                    ? throw new AwsError(404, "NoSuchEntity", $"{kind} {holder.Name} does not have a permissions boundary.")
                    : state.With(holder with { Boundary = null });
            });
            return [];
        }
        );
    }
}
