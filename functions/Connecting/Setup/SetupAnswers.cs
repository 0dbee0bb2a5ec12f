using Microsoft.AspNetCore.Http;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>In which form somebody wants what has to be applied, and for which role.</summary>
/// <param name="Format">Null for a link to CloudFormation's console.</param>
/// <param name="Role">The role that is used, or the one that is to be made.</param>
public sealed record SetupChoice(SetupFormat? Format, RoleArn Role)
{
    /// <summary>Whether the result confirms by itself, so that it needs a callback link.</summary>
    public bool ConfirmsByItself(CallbackStep confirms) =>
        Format is SetupFormat.AwsCli or null || (Format is SetupFormat.CloudFormation && confirms is CallbackStep.All);
}

/// <summary>What has to be applied, in the form that is asked for.</summary>
public sealed class SetupAnswers(LaunchStack launchStack)
{
    /// <summary>Reads <c>?format=</c> and <c>?roleName=</c>.</summary>
    public Result<SetupChoice, Refusal> Parse(HttpRequest request, DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(request);
        SetupFormat? format = null;
        if (request.Query["format"] == "launch-stack")
        {
            if (!launchStack.IsConfigured)
                return LaunchStack.NotConfigured;
        }
        else if (Setups.FormatOf(request).TryGet(out var known, out var unknown))
            format = known;
        else
            return unknown;

        return ConnectionSetup.RoleOf(connection, request.Query["roleName"].FirstOrDefault()).TryGet(out var role, out var problem)
            ? new SetupChoice(format, role)
            : Refusal.Invalid("roleName", problem.Message);
    }

    public IResult Answer(HttpRequest request, SetupChoice choice, SetupStep step, DriveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(step);
        switch (choice.Format)
        {
            case null:
                request.HttpContext.Response.Headers.CacheControl = "no-store";
                return launchStack.LinkFor(step, connection).Answer(link => Results.Json(link, Json.Options));
            // The stack makes and merges what CloudFormation's own resources can't.
            case SetupFormat.CloudFormation when step.Confirms is CallbackStep.All:
                return Setups.Answer(request, StackTemplate.Write(step, connection), "application/yaml; charset=utf-8");
            case { } format:
                return Setups.Answer(request, ConnectionSetup.Write(step, format), format);
        }
    }
}
