using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http;

/// <summary>An HTTP function as its attributes describe it.</summary>
/// <param name="Route">Without a leading slash, in the host's syntax.</param>
public sealed record HttpFunctionMethod(
    string Name,
    MethodInfo Method,
    string Route,
    IReadOnlyList<string> Verbs,
    RequiresAttribute? Requires);

/// <summary>Reads all HTTP functions from the code: for the sign-in, the API's description, and tests over all routes.</summary>
public static class HttpFunctionMethods
{
    public static IEnumerable<HttpFunctionMethod> Of(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        let trigger = method
            .GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(attribute => attribute is not null)
        where trigger is not null
        select new HttpFunctionMethod(
            function.Name,
            method,
            trigger.Route ?? function.Name,
            trigger.Methods ?? [],
            method.GetCustomAttribute<RequiresAttribute>());
}
