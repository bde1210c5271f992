/** AssemblyScript's number types, for code in this folder that tsc reads as well. asc has them built in. */
declare type f64 = number;
